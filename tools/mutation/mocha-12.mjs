// Stryker's mocha runner asks for mocha's inner modules without an extension; since mocha 12 theirs is .cjs, which
// require() does not try by itself.
import { createRequire } from 'node:module';

// oxlint-disable-next-line typescript/no-deprecated -- what else would say it to somebody else's require()?
const { extensions } = createRequire(import.meta.url);
extensions['.cjs'] ??= extensions['.js'];
