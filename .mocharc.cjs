// Mocha adds the files of the command line to these: naming one must not run all the others as well.
const named = process.argv.slice(2).some((argument) => /\.(?:test|compat)\.js$/.test(argument));

module.exports = {
  spec: named ? [] : 'build/test/**/*.test.js',
  // Suites with a command of their own: they install or start what they need.
  ignore: named ? [] : ['build/test/backends/**', 'build/test/brokers/**'],
  'node-option': ['enable-source-maps'],
  timeout: 60_000,
  // A forgotten .only would make every other test pass by not running.
  forbidOnly: process.env.CI !== undefined,
};
