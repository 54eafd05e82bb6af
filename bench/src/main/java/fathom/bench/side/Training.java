package fathom.bench.side;

import fathom.Autograd;
import fathom.Captured;
import fathom.Precision;
import fathom.Scope;
import fathom.Tensor;
import fathom.bench.protocol.Side.Task;
import fathom.bench.work.ModelWork.Inference;
import fathom.bench.work.ModelWork.TrainingStep;
import fathom.bench.work.Row.FathomMode;
import fathom.nn.Block;
import fathom.optim.SGD;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;

/** Training steps and inference of whole models: captured, or eager in a scope each. */
final class Training {
    private static final double RATE = 0.01;

    private Training() {}

    static Task step(TrainingStep w, FathomMode mode) {
        var problem = Problem.of(w.model(), w.batch());
        var sgd = new SGD(problem.parameters(), RATE);
        Precision precision = mode.isMixed() ? Precision.BFLOAT16 : Precision.FLOAT32;
        BinaryOperator<Tensor> step =
                (x, y) -> {
                    Tensor loss;
                    try (var _ = precision.open()) {
                        loss = problem.loss().apply(problem.forward().apply(x), y);
                    }
                    sgd.zeroGrad();
                    loss.backward();
                    sgd.step();
                    return loss;
                };
        if (mode.isCaptured()) {
            var captured = Captured.of(step);
            return () -> {
                captured.call(problem.x(), problem.y());
                check(captured);
            };
        }
        return () -> {
            try (var _ = Scope.open()) {
                Tensor unused = step.apply(problem.x(), problem.y());
            }
        };
    }

    static Task inference(Inference w, FathomMode mode) {
        var problem = Problem.of(w.model(), w.batch());
        problem.blocks().forEach(Block::eval);
        UnaryOperator<Tensor> forward =
                x -> {
                    try (var _ = Autograd.noGrad()) {
                        return problem.forward().apply(x);
                    }
                };
        if (mode.isCaptured()) {
            var captured = Captured.of(forward);
            return () -> {
                captured.call(problem.x());
                check(captured);
            };
        }
        return () -> {
            try (var _ = Scope.open()) {
                Tensor unused = forward.apply(problem.x());
            }
        };
    }

    /** Ensures that a row named "captured" does not measure eager execution. */
    static void check(Captured captured) {
        String reason = captured.eagerReason();
        if (reason != null) {
            throw new UnsupportedOperationException("not captured: " + reason);
        }
    }
}
