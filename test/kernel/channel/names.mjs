// @ts-check

/** The serial port's, on both of its ends. */
export const PORT_NAME = 'mooring.channel';

/** Of the socket that a service has in a folder. @param {string} service */
export const socketName = (service) => `${service}.sock`;
