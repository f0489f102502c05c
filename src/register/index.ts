import { registerCausality } from './register-causality.js';

registerCausality();
