/** A bad option of the street, or a sample or view it does not have. */
export class StreetError extends Error {
  readonly code = 'DDNN_STREET_OPTION';
  readonly userFault = true;
  override readonly name = 'StreetError';
}
