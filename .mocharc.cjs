module.exports = {
  spec: 'build/test/**/*.test.js',
  'node-option': ['enable-source-maps'],
  timeout: 60_000,
  // A forgotten .only would make every other test pass by not running.
  forbidOnly: process.env.CI !== undefined,
};
