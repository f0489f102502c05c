/** Where the services are, as the site wrote it into the page. */
import type { Addresses } from '../src/addresses';

const { stock = '', orders = '', collector = '' } = document.getElementById('main')?.dataset ?? {};

export const addresses: Addresses = { stock, orders, collector };
