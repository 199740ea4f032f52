import { type Block, paragraph, type Table } from '../model.ts';

type TableExtras = Partial<Pick<Table, 'numeric' | 'lines'>>;

const table = (
  id: string,
  widths: readonly number[],
  head: readonly string[],
  rows: Table['rows'],
  extras: TableExtras = {},
): Table => ({ kind: 'table', id, widths, head, rows, lines: true, ...extras });

export const signatures: readonly Block[] = [
  paragraph(
    'plain',
    'signed',
    'This Agreement has been entered into on the date stated at the beginning of it.',
  ),
  table(
    'signature-block',
    [4500, 4500],
    [],
    [
      [
        'Signed for and on behalf of **Kestrel Harbour Logistics Limited**',
        'Signed for and on behalf of **Lanternfield Software Limited**',
      ],
      ['Signature: ____________________', 'Signature: ____________________'],
      ['Name: Oriel Thackeray', 'Name: Dominic Asante-Pryce'],
      ['Title: Director of Operations', 'Title: Managing Director'],
      ['Date: ____________________', 'Date: ____________________'],
    ],
    { lines: false },
  ),
];

const scope: readonly Block[] = [
  paragraph('schedule', 'schedule-services', 'The Services'),
  paragraph('part', 'plan', 'Part A: Set-up'),
  paragraph('schedule-clause', 'plan-lead', 'The Supplier shall set up the Platform in these stages:'),
  table(
    'stages',
    [1200, 5000, 2800],
    ['Stage', 'What is done', 'Date'],
    [
      [
        '1',
        'Workshops with the planners of each depot; a written description of docks, vehicles, shifts and rules',
        '24 April 2026',
      ],
      [
        '2',
        'Configuration of the Platform; connection to the Customer’s order and telematics systems',
        '12 June 2026',
      ],
      [
        '3',
        'Trial at the Marlow Quay depot beside the present way of planning, for four weeks',
        '17 July 2026',
      ],
      ['4', 'Live operation at Marlow Quay (fixed date)', '3 August 2026'],
      ['5', 'Live operation at the Wexcombe North and Saltmarsh depots', '30 September 2026'],
    ],
  ),
  paragraph(
    'schedule-clause',
    'plan-training',
    'The Supplier shall train up to thirty (30) planners and dock supervisors, in groups of no more than eight (8), before live operation at their depot.',
  ),
  paragraph('part', 'platform', 'Part B: The Platform'),
  paragraph('schedule-clause', 'platform-lead', 'The Platform allows the Customer’s users to:'),
  paragraph(
    'schedule-item',
    'platform-slots',
    'book, move and cancel dock slots, and publish free slots to carriers;',
  ),
  paragraph(
    'schedule-item',
    'platform-plan',
    'plan vehicle and shift rosters, with a warning where a plan would break the rules on working time;',
  ),
  paragraph(
    'schedule-item',
    'platform-board',
    'see arrivals, delays and waiting times on a live board at each depot; and',
  ),
  paragraph(
    'schedule-item',
    'platform-export',
    'export plans and history as spreadsheets or through a documented interface.',
  ),
];

const prices: readonly Block[] = [
  paragraph('schedule', 'schedule-charges', 'Charges'),
  paragraph('part', 'rates', 'Part A: Rates'),
  table(
    'rate-table',
    [3600, 3300, 2100],
    ['Role', 'Usual work', 'Rate a day (£)'],
    [
      ['Principal consultant', 'Design, workshops, governance', '1,150'],
      ['Solution engineer', 'Configuration and connectors', '920'],
      ['Data engineer', 'Migration and data quality', '880'],
      ['Trainer', 'Training and materials', '640'],
    ],
    { numeric: [2] },
  ),
  paragraph(
    'schedule-clause',
    'rates-estimate',
    'The Supplier estimates the set-up at one hundred and ten (110) days. It shall not exceed the estimate without the Customer’s prior written agreement.',
  ),
  paragraph('part', 'subscription', 'Part B: Subscription'),
  table(
    'subscription-table',
    [3600, 3300, 2100],
    ['Depot', 'Users included', 'A quarter (£)'],
    [
      ['Marlow Quay', '60', '14,400'],
      ['Wexcombe North', '35', '9,100'],
      ['Saltmarsh', '20', '6,250'],
    ],
    { numeric: [1, 2] },
  ),
  paragraph(
    'schedule-clause',
    'subscription-more',
    'Further users are charged at £45 each a month, from the month in which they are added.',
  ),
];

const levels: readonly Block[] = [
  paragraph('schedule', 'schedule-levels', 'Service Levels'),
  paragraph(
    'schedule-clause',
    'levels-availability',
    'Availability is the share of the minutes of a calendar month during which users can log in and open the plan of their depot, without counting maintenance announced at least five (5) Business Days ahead and carried out between 10.00 pm and 4.00 am.',
  ),
  table(
    'availability',
    [3600, 2700, 2700],
    ['Measure', 'Level', 'Credit'],
    [
      ['Availability of the Platform', '99.5% a month', '5% of the monthly share'],
      ['Minimum availability', '98.0% a month', '15% of the monthly share'],
      ['Restoring data from backup', '8 hours', '5% of the monthly share'],
    ],
  ),
  paragraph(
    'schedule-clause',
    'levels-response',
    'The Supplier shall respond to faults reported to its support desk within these times:',
  ),
  table(
    'response',
    [1300, 4300, 1700, 1700],
    ['Priority', 'Meaning', 'Response', 'Correction'],
    [
      ['1', 'A depot cannot plan or dispatch', '30 minutes', '4 hours'],
      ['2', 'An important function fails and there is no good way round it', '2 hours', '1 Business Day'],
      ['3', 'A function fails but there is a way round it', '1 Business Day', '10 Business Days'],
      ['4', 'A question or a matter of appearance', '2 Business Days', 'Next release'],
    ],
  ),
  paragraph(
    'schedule-clause',
    'levels-credit',
    'Where a level is missed, the Supplier shall credit the Customer’s next invoice with the percentage shown of one third of the quarterly subscription for the depots affected. Credits in a month shall not exceed twenty per cent (20%) of that third.',
  ),
  paragraph(
    'schedule-clause',
    'levels-report',
    'The Supplier shall report on the Service Levels by the fifth (5th) Business Day of each month. The present state of the Platform is shown at [the status page](https://status.lanternfield.example).',
  ),
];

const processing: readonly Block[] = [
  paragraph('schedule', 'schedule-data', 'Processing of personal data'),
  table(
    'processing',
    [2800, 6200],
    ['Matter', 'Description'],
    [
      ['Purpose', 'Planning of docks, vehicles and shifts; support of users'],
      ['People', 'The Customer’s planners, drivers and dock staff; contacts at its carriers'],
      ['Kinds of data', 'Names, work contact details, roles, shifts, vehicle positions while on duty'],
      ['Period', 'The Term, and sixty (60) days after it'],
      ['Other processors', 'None at the date of this Agreement'],
    ],
  ),
  paragraph(
    'schedule-clause',
    'processing-audit',
    'Once in each year, on twenty (20) Business Days’ notice, the Customer may inspect how the Supplier complies with {clause:data}, during working hours and without disturbing the Supplier’s business more than necessary.',
  ),
];

export const schedules: readonly Block[] = [...scope, ...prices, ...levels, ...processing];
