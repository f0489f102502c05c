/** docs/interop.md, held to its word: every sample runs as a user's file would, and prints what it says. */
import { expect } from 'chai';
import { itPrintsWhatItSays, readPage } from './support/document-samples.js';

const { page, samples } = readPage('interop.md');

describe('docs/interop.md', () => {
  it('has samples for each of the three systems, all of them JavaScript', () => {
    expect(samples).to.have.lengthOf.at.least(5);
    for (const { language } of samples) expect(language).to.equal('js');
    for (const system of ['like-a-clockwork', 'uhlc', 'MS-CV']) expect(page).to.include(`## Coming from ${system}`);
  });

  itPrintsWhatItSays(samples);
});
