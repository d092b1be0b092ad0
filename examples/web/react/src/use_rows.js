// The rows of a dataset in a component, rendered anew when they change.
import { useEffect, useState } from 'react';

export function useRows(cast, dataset) {
  const [rows, setRows] = useState([]);
  useEffect(() => cast.dataset(dataset).subscribe((update) => setRows(update.rows)), [cast, dataset]);
  return rows;
}
