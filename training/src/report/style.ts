import { colourProperties } from './palette.js';

/** How charts look, wherever they stand. */
export const chartStyle = `svg text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;fill:var(--muted)}
.grid path,.gridline{stroke:var(--grid);stroke-width:1;fill:none}
.axis path:not(.marker,.range,.gridline){stroke:var(--muted);stroke-width:1;fill:none}
.line{fill:none;stroke-width:2;stroke-linejoin:round}.line.published{stroke-width:1.5;stroke-dasharray:4 3}
.band{opacity:.16}.range{fill:none;stroke-width:2;opacity:.55}.marker{stroke-width:1.5}
.rule text{paint-order:stroke;stroke:var(--page);stroke-width:4px}.rule path{stroke:var(--muted);stroke-dasharray:2 3;fill:none}.zero{stroke:var(--muted);fill:none}
rect.right,.swatch.right{fill:var(--right);background:var(--right)}rect.wrong,.swatch.wrong{fill:var(--wrong);background:var(--wrong)}
`;

/** The page's style sheet: light, dark and printed, wide and on a phone. */
export const style = `
:root{color-scheme:light dark;${colourProperties('light')}}
@media (prefers-color-scheme:dark){:root{${colourProperties('dark')}}}
@media print{:root{color-scheme:light;${colourProperties('light')}}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1.5rem 1rem 3rem;max-width:1080px;background:var(--page);color:var(--ink);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
h1{font-size:1.7rem;margin:0}h2{font-size:1.25rem;margin:0 0 .4rem}h3{font-size:1rem;margin:0}
p{margin:.3rem 0 1rem;max-width:72ch;overflow-wrap:anywhere}
section{margin:2.5rem 0;scroll-margin-top:1rem}
code,pre{font-family:ui-monospace,"SF Mono",Menlo,Consolas,monospace;font-size:.88em}
pre{background:var(--panel);padding:.8rem;border-radius:6px;white-space:pre-wrap;overflow-wrap:anywhere}
nav{display:flex;flex-wrap:wrap;gap:.2rem 1rem;margin:1rem 0;font-size:.9rem}
a{color:var(--local)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(160px,1fr));gap:.8rem;margin:1rem 0}
.tiles>div{background:var(--panel);border-radius:8px;padding:.7rem .9rem}
dt{font-size:.82rem;color:var(--muted)}dd{margin:0}dd{line-height:1.35}dd b{font-size:1.35rem}dd>small{display:block}dd span{display:block;font-size:.8rem;color:var(--muted)}
small{font-size:.8em;white-space:nowrap;color:var(--muted)}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,430px),1fr));gap:1.5rem 2rem;align-items:start;margin-bottom:1.5rem}
.figures>*{min-width:0}
.matrices{grid-template-columns:repeat(auto-fit,minmax(min(100%,300px),1fr))}
figure{margin:0 0 1rem;max-width:560px;break-inside:avoid}
figcaption{margin-bottom:.3rem}figcaption span{font-size:.85rem;color:var(--muted)}
svg{display:block;width:100%;height:auto;overflow:visible}
${chartStyle}.legend{display:flex;flex-wrap:wrap;gap:.1rem 1rem;list-style:none;margin:0 0 .3rem;padding:0;font-size:.82rem}
.legend li{display:flex;align-items:center;gap:.4rem}.legend svg{width:26px;height:12px;flex:none}.swatch{width:12px;height:12px;border-radius:2px;print-color-adjust:exact}
.table{overflow-x:auto;margin:0 0 1.5rem;break-inside:avoid}.table:focus-visible{outline:2px solid var(--local)}
table{border-collapse:collapse;font-size:.85rem;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--muted);padding-bottom:.3rem;caption-side:top}
th,td{padding:.22rem .7rem;text-align:right;white-space:nowrap;border-bottom:1px solid var(--grid)}
th:first-child{text-align:left;padding-left:0}thead th{font-weight:600;color:var(--muted)}tbody th{font-weight:400}
.matrix td{text-align:center;min-width:3.2em;print-color-adjust:exact}
.samples{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,310px),1fr));gap:1rem}
article{background:var(--panel);border-radius:8px;padding:.8rem;break-inside:avoid;min-width:0}
article p{margin:0;font-size:.82rem;color:var(--muted)}article ul{list-style:none;margin:.4rem 0 0;padding:0;font-size:.85rem}
article li.wrong{color:var(--wrong)}
.views{display:flex;flex-wrap:wrap;gap:4px;margin-top:.4rem}
.views img,.absent{width:44px;height:44px;object-fit:contain;image-rendering:pixelated;border-radius:3px}
.absent{display:grid;place-items:center;border:1px dashed var(--grid);color:var(--muted)}
@media print{html{font-size:11px}body{max-width:none;padding:0}.figures{grid-template-columns:1fr 1fr}.matrices{grid-template-columns:1fr 1fr 1fr}th,td{padding:.15rem .45rem}nav{display:none}section{margin:1.2rem 0}article,.tiles>div{border:1px solid var(--grid)}.table{overflow:visible}}
`;
