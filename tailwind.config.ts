// Design tokens live in @theme (src/app/globals.css). This file only tells Tailwind where classes are used.
import type { Config } from 'tailwindcss';

const config: Config = {
  content: ['./src/app/**/*.{ts,tsx}', './src/components/**/*.{ts,tsx}', './src/features/**/*.{ts,tsx}'],
};

export default config;
