import { start } from '../start.ts';

// The tests' own helper belongs to whoever runs them; nothing else differs from main.ts.
void start({ socketOwner: process.getuid?.() ?? 0 });
