// What must hold of one page that is open, at every width and on paper.

const WIDTHS = [1440, 900, 390, 320];
/// Where another role saw the same content: the frame, wide and on a phone.
const WIDTHS_OF_FRAME = [1440, 390];
/// A4 less its margins, in pixels.
const PAPER = 718;
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/// Words of a picture that lie on one another or beyond its edge, of those that are seen.
const touching = () => {
  const found = [];
  for (const svg of document.querySelectorAll('.picture > svg')) {
    const words = [...svg.querySelectorAll('text')]
      .map((text) => ({ text: text.textContent, box: text.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0);
    words.forEach((one, at) => words.slice(at + 1).forEach((other) => {
      const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
      const down = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
      // Boxes hold the room above and below the letters; letters touch where that is used up.
      if (across > 0.5 && down > one.box.height * 0.35) found.push(`${one.text} / ${other.text}`);
    }));
    const edge = svg.parentElement.parentElement.getBoundingClientRect();
    words.filter(({ box }) => box.right > edge.right || box.left < edge.left)
      .forEach(({ text }) => found.push(`${text} / the edge`));
  }
  return found;
};

const facts = () => {
  const parts = [...document.querySelectorAll('.card > *, .block > *')];
  const spills = (part) => part.getBoundingClientRect().right > part.parentElement.getBoundingClientRect().right + 0.5;
  const cut = [...document.querySelectorAll('.bar-menu span, .badge, .button, .tongues a')]
    .filter((part) => part.offsetWidth > 2 && part.scrollWidth > part.clientWidth + 1 && getComputedStyle(part).display !== 'inline');
  return {
    over: document.documentElement.scrollWidth - innerWidth,
    spill: parts.filter(spills).length,
    cut: cut.map((part) => part.textContent.trim()),
    headings: document.querySelectorAll('h1').length,
    language: document.documentElement.lang,
    keys: (document.body.innerText.match(/\b(desk|records|catalog|patients)\.[a-z_]+\.[a-z_]+/g) ?? []).join(' '),
    fonts: [...document.fonts].filter((face) => face.status === 'loaded').length,
    broken: [...document.fonts].filter((face) => face.status === 'error').length,
  };
};

/// What the checker finds, in the whole page or in parts of it.
async function barriers(page, within) {
  return page.evaluate(
    async ([rules, within]) => {
      const options = { runOnly: rules, resultTypes: ['violations'], preload: false };
      const { violations } = await globalThis.axe.run(within ?? document, options);
      return violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 160)}`));
    },
    [RULES, within],
  );
}

// Leaves a picture. A browser that cannot draw one right now is asked again; the picture is for
// people, so that it is missing is told and is no fault of the page.
async function picture(page, path) {
  const options = { path, fullPage: true };
  await page.screenshot(options)
    .catch(() => page.screenshot(options))
    .catch((error) => console.log(`no picture ${path}: ${error.message.split('\n')[0]}`));
}

async function resized(page, width) {
  await page.setViewportSize({ width, height: width < 600 ? 844 : 900 });
  await page.evaluate(() => document.fonts.ready);
}

/// The other faces of the pictures: all as tables, then all as code, then as they were.
async function faces(page, where, tell) {
  for (const face of ['table', 'code', 'picture']) {
    const turned = await page.evaluate((value) => {
      const inputs = [...document.querySelectorAll(`.figure .as [value=${value}]`)];
      inputs.forEach((input) => input.click());
      const shown = [...document.querySelectorAll('.figure .picture')].filter((p) => p.offsetHeight > 0);
      return { faces: inputs.length, shown: shown.length };
    }, face);
    if (turned.faces === 0 || face === 'picture') continue;
    if (turned.shown > 0 && face === 'table') tell(where, `${turned.shown} pictures stay beside their table`);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (over > 0) tell(where, `scrolls sideways by ${over} px as ${face}`);
    for (const one of await barriers(page, '.figure')) tell(where, `access, as ${face}: ${one}`);
  }
}

/// Looks at the page that is open, from the widest width to the narrowest.
export async function inspect(page, { axe, folder, language, where, name, known, tell }) {
  await page.evaluate(() => document.fonts.ready);
  for (const one of await page.evaluate(() => globalThis.violations)) tell(where, `policy: ${one}`);
  await page.evaluate(axe);
  for (const width of known ? WIDTHS_OF_FRAME : WIDTHS) {
    const place = `${where} ${width}`;
    await resized(page, width);
    const found = await page.evaluate(facts);
    for (const pair of await page.evaluate(touching)) tell(place, `words touch: ${pair}`);
    if (found.over > 0) tell(place, `scrolls sideways by ${found.over} px`);
    if (found.spill > 0) tell(place, `${found.spill} parts spill over their card`);
    for (const words of found.cut) tell(place, `is cut off: ${words}`);
    if (found.headings !== 1) tell(place, `${found.headings} first headings`);
    if (found.language !== language) tell(place, `is in ${found.language}`);
    if (found.keys) tell(place, `shows keys for words: ${found.keys}`);
    if (found.fonts === 0 || found.broken > 0) tell(place, `${found.fonts} fonts arrived, ${found.broken} did not`);
    if (!known) await picture(page, `${folder}/${name}.${width}.png`);
    // The narrowest is for those who magnify: what is read there was checked at 390.
    if (width > 320) for (const one of await barriers(page)) tell(place, `access: ${one}`);
    if (!known && (width === 1440 || width === 390)) await faces(page, place, tell);
  }
}

/// On paper there is no menu, no button, and a table is a table.
export async function onPaper(page, { folder, where, name, tell }) {
  await page.emulateMedia({ media: 'print' });
  await page.setViewportSize({ width: PAPER, height: 1000 });
  const found = await page.evaluate(() => {
    const seen = (part) => part.offsetWidth > 1 && getComputedStyle(part).display !== 'none';
    const shown = (query) => [...document.querySelectorAll(query)].filter(seen).length;
    const cells = [...document.querySelectorAll('table.stack tr')].filter(seen);
    return {
      over: document.documentElement.scrollWidth - innerWidth,
      controls: shown('.side, .button, .search, .figure .as, .tongues, .find'),
      stacked: cells.filter((row) => getComputedStyle(row).display !== 'table-row').length,
    };
  });
  if (found.over > 0) tell(where, `is wider than paper by ${found.over} px`);
  if (found.controls > 0) tell(where, `${found.controls} controls are on paper`);
  if (found.stacked > 0) tell(where, `${found.stacked} rows of tables are stacked on paper`);
  await picture(page, `${folder}/${name}.paper.png`);
  await page.emulateMedia({ media: null });
}
