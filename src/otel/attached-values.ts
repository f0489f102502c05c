/**
 * Values attached to objects that belong to somebody else, found by the object's identity: what a WeakMap does.
 *
 * Guarantee: as with a WeakMap, nobody else can see or copy the value, and it lives as long as the object.
 * Hazard: the value is a private field that a constructor puts onto the object it returns. That is worth the odd look,
 * because every recorded span has one: a WeakMap of short-lived keys takes a microsecond for each of them, most of it
 * in the garbage collector, and a private field takes a hundredth of that.
 */
export interface AttachedValues<K extends object, V> {
  get(key: K): V | undefined;
  set(key: K, value: V): void;
}

/** A base class whose `this` is the object that its subclass was given. */
// oxlint-disable-next-line typescript/no-extraneous-class -- only a constructor can choose what `this` will be
class Returned {
  constructor(object: object) {
    return object;
  }
}

export function attachedValues<K extends object, V>(): AttachedValues<K, V> {
  // Where an object may get no more fields. Some engines let private fields through even there, others do not. Made when
  // it is needed: most lookups are for objects without a value, and a map that is empty takes as long to say so.
  let ofClosed: WeakMap<K, V> | undefined;

  class Attached extends Returned {
    #value: V;

    constructor(key: K, value: V) {
      super(key);
      this.#value = value;
    }

    static get(key: K): V | undefined {
      return #value in key ? key.#value : ofClosed?.get(key);
    }

    static set(key: K, value: V): void {
      if (#value in key) key.#value = value;
      // oxlint-disable-next-line no-new -- the field is what is wanted, and the object that has it is the key
      else if (Object.isExtensible(key)) new Attached(key, value);
      else (ofClosed ??= new WeakMap()).set(key, value);
    }
  }

  return { get: (key) => Attached.get(key), set: (key, value) => Attached.set(key, value) };
}
