// What is known to fail: [start of a check's name, why]. A check that is listed and passes fails the suite.
export const known = [
  ['the past of an element chosen at run time', 'PREVIOUS(x[i]) is the past of the element that i chooses now, not of what x[i] was'],
];

// What random models leave out because it is in the list above. Turn one off when its check passes.
export const avoided = {
  constantElements: false,
  pastOfChosenElement: true,
  reducerOfTimeAlone: false,
  pinnedBesideIterated: false,
};
