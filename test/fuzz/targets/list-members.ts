import { decodeMember, takeMember } from '../../../src/codec/list-members.js';
import { listVectors } from '../seeds.js';
import { must, type Target } from './target.js';

/** Our member in somebody else's list: taken out whole, and once. */
export const listMembers: Target = {
  name: 'list-members',
  seeds: listVectors(),
  words: ['causality=', ' causality = ', ',', ';', '=', '%', '%2C', '%e2%82', 'causality'],
  run(input) {
    const list = input.toString('latin1');
    const { rest, values } = takeMember(list, 'causality');
    must((rest?.length ?? 0) <= list.length, 'the rest is not longer than the list');
    must(takeMember(rest ?? '', 'causality').values.length === 0, 'nothing of ours is left');
    for (const value of values) decodeMember(value);
  },
};
