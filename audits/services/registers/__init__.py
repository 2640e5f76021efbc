"""Writing in the registers: credentials, improvement projects, knowledge indices, and taking their figures over."""
