// What is known to fail: [start of a check's name, why]. A check that is listed and passes fails the suite.
export const known = [
];

// What random models leave out because it is in the list above. Turn one off when its check passes.
export const avoided = {
  constantElements: false,
  pastOfChosenElement: false,
  reducerOfTimeAlone: false,
  pinnedBesideIterated: false,
};
