// What is known to fail: [start of a check's name, why]. A check that is listed and passes fails the suite.
export const known = [
  ['a row pinned and the same rows iterated', 'SUM(level[a, *]) becomes slot a of SUM(level[D1, *]), though their free dimensions differ (LTM.md section 3)'],
  ['the element before, by arithmetic', 'a subscript that depends on the element alone (Stage - 1) is taken for one computed at run time: links from every element'],
  ['a smooth of a sum (', 'a reducer in the argument of a macro does not compile: the hidden input is taken for an array'],
];
