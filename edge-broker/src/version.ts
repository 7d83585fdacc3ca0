/** The version of this software, as status frames carry it. */
export const SOFTWARE_VERSION = '0.1.0';
