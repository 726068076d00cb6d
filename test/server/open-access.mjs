// Options for tests and benchmarks only: everyone is let in as the host of the tenant in the path.
export const OPEN = {
  basePath: '/api/:tenant',
  authorize: (_request, { tenant }) => ({ tenant, roles: ['host'] }),
  log: () => undefined,
};
