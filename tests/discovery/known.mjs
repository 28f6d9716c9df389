// What is known to fail: [name of a check, why]. A check that is listed and passes fails the suite.
export const known = [];
