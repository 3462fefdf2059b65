import { NotFoundState } from '#components/layout/not-found-state.tsx';

export default function NotFound() {
  return (
    <main className="p-4">
      <NotFoundState />
    </main>
  );
}
