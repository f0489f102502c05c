/** Registers everything when it is loaded: `node --import otel-causality/register`. */
import { registerCausality } from './register-causality.js';

registerCausality();
