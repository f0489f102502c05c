/** Headers by which the soak's processes tell each other what a message is and what befalls it. */

/** The name of a request. */
export const REQUEST_HEADER = 'x-soak-request';
/** The name of a reply. */
export const REPLY_HEADER = 'x-soak-reply';
/** What befalls a request on its way. */
export const FAULT_HEADER = 'x-soak-fault';
/** What befalls the reply to a request. */
export const REPLY_FAULT_HEADER = 'x-soak-reply-fault';
