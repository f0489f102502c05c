module.exports = {
  // Mocha adds the files of the command line to these: naming one must not run all the others as well.
  spec: process.argv.slice(2).some((argument) => argument.endsWith('.test.js')) ? [] : 'build/test/**/*.test.js',
  // Suites with a command of their own: they install what they need.
  ignore: process.argv.slice(2).some((argument) => argument.endsWith('.test.js')) ? [] : ['build/test/backends/**'],
  'node-option': ['enable-source-maps'],
  timeout: 60_000,
  // A forgotten .only would make every other test pass by not running.
  forbidOnly: process.env.CI !== undefined,
};
