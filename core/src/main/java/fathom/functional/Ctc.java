package fathom.functional;

import fathom.DType;
import fathom.Tensor;
import fathom.dispatch.TensorAccess;
import fathom.options.Reduction;
import fathom.primitive.OperationKind;
import fathom.primitive.Ops;
import fathom.primitive.neural.CtcLoss;
import java.util.Locale;

/** The argument checks of {@link LikelihoodLosses#ctcLoss(Tensor, Tensor, Tensor, Tensor)}, and its reduction. */
final class Ctc {
    private Ctc() {}

    static Tensor loss(
            Tensor logProbs,
            Tensor targets,
            Tensor inputLengths,
            Tensor targetLengths,
            CtcLoss loss,
            Reduction reduction) {
        String op = "ctcLoss";
        boolean single = logProbs.dim() == 2;
        boolean fits =
                logProbs.dtype().isFloating()
                        && (single || logProbs.dim() == 3)
                        && isIntegral(targets, inputLengths, targetLengths)
                        && (targets.dim() == 1 || !single && targets.dim() == 2);
        long examples = single || !fits ? 1 : logProbs.size(1);
        for (Tensor lengths : new Tensor[] {inputLengths, targetLengths}) {
            fits &= lengths.numel() == examples && (lengths.dim() == 1 || single && lengths.dim() == 0);
        }
        fits &= targets.dim() != 2 || targets.size(0) == examples;
        if (!fits) {
            throw new IllegalArgumentException(
                    "%s: logProbs %s of %s, targets %s, inputLengths %s and targetLengths %s: expected [T, N, C], integers [N, S] or [sum of lengths], [N] and [N]; or [T, C], [S], [] and []"
                            .formatted(
                                    op,
                                    logProbs.shape(),
                                    logProbs.dtype(),
                                    targets.shape(),
                                    inputLengths.shape(),
                                    targetLengths.shape()));
        }
        if (loss.blank() < 0 || loss.blank() >= logProbs.size(-1)) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: blank %d is not one of the %d classes",
                            op,
                            loss.blank(),
                            logProbs.size(-1)));
        }
        DType given = logProbs.dtype();
        boolean half = given.size() < 4;
        Tensor wide = half ? logProbs.to(DType.FLOAT32) : logProbs;
        Tensor lengths = integers(targetLengths).reshape(-1);
        Tensor losses =
                Ops.applyAll(
                        loss,
                        single ? wide.unsqueeze(1) : wide,
                        integers(targets),
                        integers(inputLengths).reshape(-1),
                        lengths)[0];
        if (reduction == Reduction.MEAN) {
            losses = losses.div(lengths.clampMin(1).to(losses.dtype()));
        }
        losses = single && reduction == Reduction.NONE ? losses.squeeze(0) : losses;
        Tensor y = MarginLosses.reduced(losses, reduction);
        return TensorAccess.cast(OperationKind.LOSS, given) == given ? y.to(given) : y;
    }

    private static boolean isIntegral(Tensor... tensors) {
        for (Tensor t : tensors) {
            if (!t.dtype().isIntegral()) {
                return false;
            }
        }
        return true;
    }

    private static Tensor integers(Tensor t) {
        return t.detach().to(DType.INT64);
    }
}
