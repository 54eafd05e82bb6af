package fathom.bench.side;

import fathom.Fathom;
import fathom.Scope;
import fathom.Tensors;
import fathom.bench.protocol.Server;
import fathom.bench.protocol.Side;
import fathom.bench.work.KernelWork;
import fathom.bench.work.LanguageWork;
import fathom.bench.work.LayerWork;
import fathom.bench.work.ModelWork;
import fathom.bench.work.ProcessWork;
import fathom.bench.work.Row;
import fathom.bench.work.Row.FathomMode;
import java.io.IOException;
import java.util.Locale;
import java.util.stream.Collectors;

/** The Fathom process of the benchmark. */
public final class FathomSide implements Side {
    private FathomSide() {}

    /** Serves the bench on the standard streams. */
    public static void main(String[] args) throws IOException {
        Server.serve(new FathomSide());
    }

    @Override
    public String describe() {
        String backends =
                Fathom.backends().stream()
                        .filter(Fathom.BackendStatus::used)
                        .map(Fathom.BackendStatus::name)
                        .collect(Collectors.joining(", "));
        return String.format(Locale.ROOT, "Fathom %s on %s, %d threads", Fathom.version(), backends, Fathom.threads());
    }

    @Override
    public Task open(Row row) {
        Tensors.manualSeed(0);
        return switch (row.work()) {
            case KernelWork w -> inScope(Kernels.task(w, row.fathom()), row.fathom());
            case LayerWork w -> inScope(Layers.task(w), row.fathom());
            case ModelWork.TrainingStep w -> Training.step(w, row.fathom());
            case ModelWork.Inference w -> Training.inference(w, row.fathom());
            case LanguageWork w -> Language.task(w, row.fathom());
            case ProcessWork w -> Training.step(w.step(), row.fathom());
        };
    }

    private static Task inScope(Task task, FathomMode mode) {
        if (mode == FathomMode.NO_SCOPE) {
            return task;
        }
        return () -> {
            try (var scope = Scope.open()) {
                task.run();
            }
        };
    }
}
