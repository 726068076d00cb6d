// For tests and benchmarks only: options of a server that lets everybody in as the host of the tenant in the path.
export const OPEN = {
  basePath: '/api/:tenant',
  authorize: (_request, { tenant }) => ({ tenant, roles: ['host'] }),
};
