module.exports = {
  // Mocha adds the files of the command line to these: naming one must not run all the others as well.
  spec: process.argv.slice(2).some((argument) => /\.(?:test|compat)\.js$/.test(argument))
    ? []
    : 'build/test/**/*.test.js',
  'node-option': ['enable-source-maps'],
  timeout: 60_000,
  // A forgotten .only would make every other test pass by not running.
  forbidOnly: process.env.CI !== undefined,
};
