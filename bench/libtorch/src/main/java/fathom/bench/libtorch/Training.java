package fathom.bench.libtorch;

import fathom.bench.protocol.Side.Task;
import fathom.bench.work.ModelWork.Inference;
import fathom.bench.work.ModelWork.TrainingStep;
import fathom.bench.work.Row.LibtorchMode;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Tensor;

/** Training steps and inference of whole models. */
final class Training {
    private static final double RATE = 0.01;

    private Training() {}

    static Task step(TrainingStep w, LibtorchMode mode) {
        var problem = Problem.of(w.model(), w.batch(), mode);
        var sgd = new SGD(problem.parameters(mode), new SGDOptions(RATE));
        Tensor x = problem.input(mode);
        return () -> {
            try (var _ = new PointerScope()) {
                Tensor loss = Modes.in(mode, () -> problem.loss().apply(problem.forward().apply(x), problem.y()));
                sgd.zero_grad();
                loss.backward();
                sgd.step();
            }
        };
    }

    static Task inference(Inference w, LibtorchMode mode) {
        var problem = Problem.of(w.model(), w.batch(), mode);
        problem.modules().forEach(Module::eval);
        problem.parameters(mode);
        Tensor x = problem.input(mode);
        return () -> {
            try (var _ = new PointerScope();
                    var _ = new NoGradGuard()) {
                Modes.in(mode, () -> problem.forward().apply(x));
            }
        };
    }
}
