/** Where the page begins: its data is JSON in an element of its own. */
import type { DiagramData } from '../diagram-data.js';
import { openDiagram } from './app.js';
import { elementById } from './page-elements.js';

openDiagram(JSON.parse(elementById('data', HTMLScriptElement).text) as DiagramData);
