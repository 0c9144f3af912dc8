// PostGraphile 5 asks for Node.js 22. On Node.js 20 it lacks only this function of the language.
Promise.withResolvers ??= function withResolvers() {
  let resolve, reject;
  const promise = new this((...functions) => ([resolve, reject] = functions));
  return { promise, resolve, reject };
};
