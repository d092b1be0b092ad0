// What draws SVG instead of pixels; for `renderer: 'svg'` and exports.

import { use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

use([SVGRenderer]);
