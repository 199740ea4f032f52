import type { Dice } from '../dice.ts';
import type { Doc } from '../doc.ts';
import { type Edits, textRuns } from '../places.ts';
import { all, attribute, make, type Node, setAttribute } from '../tree.ts';

const WP = 'http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing';
const A = 'http://schemas.openxmlformats.org/drawingml/2006/main';
const PIC = 'http://schemas.openxmlformats.org/drawingml/2006/picture';
const CHART = 'http://schemas.openxmlformats.org/drawingml/2006/chart';
const DIAGRAM = 'http://schemas.openxmlformats.org/drawingml/2006/diagram';
const MC = 'http://schemas.openxmlformats.org/markup-compatibility/2006';
const WPS = 'http://schemas.microsoft.com/office/word/2010/wordprocessingShape';
const DRAWING = 'application/vnd.openxmlformats-officedocument.drawingml';

/** The smallest picture, and another that differs in a byte. */
function picture(dice: Dice): Uint8Array {
  return Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, dice.int(4)]);
}

/** A drawing in the line around graphic data (§20.4.2.8). */
function inline(dice: Dice, uri: string, data: string): string {
  const id = 1000 + dice.int(8000);
  return `<w:drawing><wp:inline xmlns:wp="${WP}"><wp:extent cx="9525" cy="9525"/><wp:docPr id="${id}" name="Object ${id}"/><a:graphic xmlns:a="${A}"><a:graphicData uri="${uri}">${data}</a:graphicData></a:graphic></wp:inline></w:drawing>`;
}

function insert(doc: Doc, dice: Dice, content: () => string): boolean {
  const place = dice.pick(textRuns(doc));
  if (!place) return false;
  const at = place.parent.children.indexOf(place.node) + dice.int(2);
  place.parent.children.splice(at, 0, make(`<w:r>${content()}</w:r>`));
  return true;
}

const pictureXml = (id: string): string =>
  `<pic:pic xmlns:pic="${PIC}"><pic:nvPicPr><pic:cNvPr id="0" name="p"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="${id}"/></pic:blipFill><pic:spPr/></pic:pic>`;

/** A text box for new readers and, with the same words, for old ones. */
function twoBoxes(dice: Dice): string {
  const story = `<w:txbxContent><w:p><w:r><w:t>Seal number ${dice.int(9)}</w:t></w:r></w:p></w:txbxContent>`;
  const shape = `<wps:wsp xmlns:wps="${WPS}"><wps:cNvSpPr/><wps:spPr/><wps:txbx>${story}</wps:txbx><wps:bodyPr/></wps:wsp>`;
  return `<mc:AlternateContent xmlns:mc="${MC}"><mc:Choice Requires="wps" xmlns:wps="${WPS}">${inline(dice, WPS, shape)}</mc:Choice><mc:Fallback><w:pict><v:shape style="width:100pt"><v:textbox>${story}</v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent>`;
}

function chart(doc: Doc, dice: Dice): string {
  const xml = `<c:chartSpace xmlns:c="${CHART}"><c:chart><c:plotArea/></c:chart><!-- ${dice.int(3)} --></c:chartSpace>`;
  const id = doc.addObject('chart.xml', `${DRAWING}.chart+xml`, 'chart', xml);
  return inline(dice, CHART, `<c:chart xmlns:c="${CHART}" r:id="${id}"/>`);
}

function diagram(doc: Doc, dice: Dice): string {
  const ids = (['Data', 'Layout', 'QuickStyle', 'Colors'] as const).map((kind) => {
    const xml = `<dgm:x xmlns:dgm="${DIAGRAM}" n="${dice.int(2)}"/>`;
    return doc.addObject(`diagram${kind}.xml`, `${DRAWING}.diagram${kind}+xml`, `diagram${kind}`, xml);
  });
  const [data, layout, style, colors] = ids;
  return inline(
    dice,
    DIAGRAM,
    `<dgm:relIds xmlns:dgm="${DIAGRAM}" r:dm="${data}" r:lo="${layout}" r:qs="${style}" r:cs="${colors}"/>`,
  );
}

function embedded(doc: Doc, dice: Dice): string {
  const image = doc.addObject('image.png', 'image/png', 'image', picture(dice));
  const sheet = doc.addObject('sheet.bin', 'application/octet-stream', 'oleObject', picture(dice));
  return `<w:object><v:shape id="s${dice.int(999)}" style="width:9pt"><v:imagedata r:id="${image}"/></v:shape><o:OLEObject xmlns:o="urn:schemas-microsoft-com:office:office" Type="Embed" ProgID="Excel.Sheet.12" DrawAspect="Content" r:id="${sheet}"/></w:object>`;
}

const WORD_2010 = 'http://schemas.microsoft.com/office/word/2010';

/** A stroke of the pen, with a picture of it for old readers. */
function ink(doc: Doc, dice: Dice): string {
  const stroke = `<inkml:ink xmlns:inkml="http://www.w3.org/2003/InkML"><inkml:trace>${dice.int(9)} 1</inkml:trace></inkml:ink>`;
  const [part, image] = [
    doc.addObject('ink.xml', 'application/inkml+xml', 'customXml', stroke),
    doc.addObject('image.png', 'image/png', 'image', picture(dice)),
  ];
  const wpi = `${WORD_2010}/wordprocessingInk`;
  const content = `<w14:contentPart xmlns:w14="${WORD_2010}/wordml" bwMode="auto" r:id="${part}"/>`;
  return `<mc:AlternateContent xmlns:mc="${MC}"><mc:Choice Requires="wpi" xmlns:wpi="${wpi}">${inline(dice, wpi, content)}</mc:Choice><mc:Fallback>${inline(dice, PIC, pictureXml(image))}</mc:Fallback></mc:AlternateContent>`;
}

function drawn(doc: Doc, name: string): Node[] {
  return doc.stories().flatMap((s) => all(s, name));
}

export const OBJECTS: Edits = {
  'insert a picture': (doc, dice) =>
    insert(doc, dice, () =>
      inline(dice, PIC, pictureXml(doc.addObject('image.png', 'image/png', 'image', picture(dice)))),
    ),
  'swap a picture': (doc, dice) => {
    const blip = dice.pick(all(doc.tree(doc.main), 'a:blip').filter((b) => attribute(b, 'r:embed')));
    if (!blip) return false;
    setAttribute(blip, 'r:embed', doc.addObject('image.png', 'image/png', 'image', picture(dice)));
    return true;
  },
  'change the size of a picture': (doc, dice) => {
    const extent = dice.pick(drawn(doc, 'wp:extent'));
    if (!extent) return false;
    setAttribute(extent, 'cx', String(9525 * (1 + dice.int(50))));
    return true;
  },
  'insert a chart': (doc, dice) => insert(doc, dice, () => chart(doc, dice)),
  'insert a diagram': (doc, dice) => insert(doc, dice, () => diagram(doc, dice)),
  'insert an embedded object': (doc, dice) => insert(doc, dice, () => embedded(doc, dice)),
  'insert ink': (doc, dice) => insert(doc, dice, () => ink(doc, dice)),
  'insert a box that is there twice': (doc, dice) => insert(doc, dice, () => twoBoxes(dice)),
};
