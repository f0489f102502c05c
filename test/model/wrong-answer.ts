/** The clock said or did what it must not. Anything else that is thrown is a mistake of the model. */
export class WrongAnswer extends Error {
  override readonly name = 'WrongAnswer';
}
