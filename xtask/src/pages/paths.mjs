// Which pages there are: found by following links, one page of each kind.

const KIT = ['/kit', '/kit/forms', '/kit/charts'];
const NOWHERE = '/no/such/page';
/// A door that is closed to each role.
const CLOSED = {
  researcher: '/patients', doctor: '/records/loads', engineer: '/patients', steward: '/patients',
};
/// Searches that find something and nothing.
const SEARCHES = ['/catalog?q=HbA1c', '/catalog?q=%E7%84%A1%E3%81%84'];
const PAGES_MAX = 60;

/// One page of each kind is enough: of a hundred tables, the one first linked.
export const kind = (path) => path
  .replace(/\/concepts\/[^/]+\/[^/]+$/, '/concepts/N/N')
  .replace(/\/tables\/[^/]+\/[^/]+$/, '/tables/N/N')
  .replace(/\/tables\/[^/]+$/, '/tables/N')
  .replace(/\/notes\/[^/]+$/, '/notes/N')
  .replace(/\/audit\/people\/[^/]+$/, '/audit/people/N')
  .replace(/\/cohorts\/library\/[^/]+$/, '/cohorts/library/N')
  .replace(/\/(patients|loads|cohorts|rows)\/\d+/, '/$1/N');

const CATALOGUE = ['/catalog', '/catalog/tables/N', '/catalog/tables/N/N', '/catalog/concepts/N/N', SEARCHES[0]];
const COHORTS = ['/cohorts', '/cohorts/library/N'];
const AUDIT = ['/audit', '/audit/rows/N', '/audit/patients', '/audit/people/N', '/audit/left'];
const LOADS = ['/records/loads', '/records/loads/N', '/records/pulls'];

/// The kinds of page that a role must come to by its links.
export const expected = (role) => ({
  researcher: ['/', ...CATALOGUE, ...COHORTS, ...KIT],
  doctor: ['/', ...CATALOGUE, ...COHORTS, '/patients', '/patients/N', '/patients/N/notes/N'],
  engineer: ['/', ...CATALOGUE, ...COHORTS, ...LOADS],
  steward: ['/', ...CATALOGUE, ...COHORTS, ...LOADS, ...AUDIT],
})[role];

/// The name of a page's picture.
export const namedWith = (role, path, language) => {
  const plain = path.replace(/[^a-z0-9]+/gi, '-').replace(/^-|-$/g, '') || 'first';
  return `${role}.${plain.slice(0, 60)}.${language}`;
};

async function linksOf(context, address, timeout) {
  const answer = await context.request.get(address, { timeout });
  const html = await answer.text();
  const links = [...html.matchAll(/<a [^>]*href="([^"]*)"/g)].map(([, href]) => href);
  const inside = links.filter((href) => href.startsWith('/')).map((href) => href.split(/[?#]/)[0]);
  return { status: answer.status(), links: [...new Set(inside)].filter((href) => !href.endsWith('.json')) };
}

/// What a role can see, each with the status it is answered with.
export async function discover(context, site, role, { withKit, largestPatient, timeout }) {
  const home = role === 'doctor' ? '/patients' : '/';
  const waiting = [home];
  const known = new Set([home]);
  const pages = [];
  const add = (path) => {
    if (known.has(kind(path)) || KIT.includes(path)) return;
    known.add(kind(path));
    waiting.push(path);
  };
  for (let at = 0; at < waiting.length && at < PAGES_MAX; at += 1) {
    const path = waiting[at];
    const { status, links } = await linksOf(context, site + path, timeout);
    pages.push({ path, status: 200 });
    if (status !== 200) continue;
    const patients = links.filter((href) => kind(href) === '/patients/N');
    if (path === '/patients' && patients.length > 0) add(await largestPatient(context, patients));
    links.forEach(add);
    if (path === '/catalog') SEARCHES.forEach(add);
  }
  pages.push({ path: NOWHERE, status: 404 }, { path: CLOSED[role], status: 403 });
  // The kit is the same for everybody.
  if (withKit) pages.push(...KIT.map((path) => ({ path, status: 200 })));
  return pages;
}
