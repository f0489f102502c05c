module.exports = { spec: ['build/test/**/*.test.js'], reporter: 'spec', forbidOnly: true, exit: false };
