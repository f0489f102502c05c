/** The whole wire format but for the order of the nodes and the range of the numbers: one pass of compiled code. */
export const STAMP_FORMAT =
  /^1!(?:-|[0-9a-f]{16})![1-9]\d{0,14}!(?:[0-9a-f]{16})?![0-9a-f]!(?:[\w.-]{1,64}\*[1-9]\d{0,14}(?:~(?!$)|$)){1,64}$/;
