package fathom.primitive.neural;

import fathom.DType;
import fathom.KeepDim;
import fathom.Tensor;
import fathom.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** The gradient of {@link CtcLoss} composed of differentiable operations, for higher-order gradients. */
final class CtcFormula {
    /** Replaces log(0), as infinities would produce NaN differences. */
    private static final double LOG_ZERO = -1e30;

    private final CtcLoss loss;
    private final Tensor logProbs;
    private final Tensor inputLengths;
    private final Tensor targetLengths;
    private final long frames;
    private final long examples;
    private final long states;

    /** The labels with blanks around them, {@code [N, states]}. */
    private final Tensor labels;

    /** The indices of the states, {@code [states]}. */
    private final Tensor number;

    private final Tensor last;

    CtcFormula(CtcLoss loss, Tensor[] in) {
        this.loss = loss;
        logProbs = in[0];
        inputLengths = in[2].unsqueeze(1);
        targetLengths = in[3].unsqueeze(1);
        frames = logProbs.size(0);
        examples = logProbs.size(1);
        Tensor targets = in[1].dim() == 2 ? in[1] : padded(in[1], targetLengths);
        long most = targets.size(1);
        states = 2 * most + 1;
        number = Tensors.arange(states);
        last = targetLengths.mul(2);
        Tensor known = targets.where(Tensors.arange(most).lt(targetLengths), loss.blank());
        Tensor blanks = Tensors.full(loss.blank(), DType.INT64).expand(examples, most);
        Tensor pairs = Tensors.stack(List.of(blanks, known), 2).reshape(examples, 2 * most);
        labels = Tensors.cat(List.of(pairs, Tensors.full(loss.blank(), DType.INT64).expand(examples, 1)), 1);
    }

    /** {@return concatenated targets as one padded row each; labels beyond the number of frames are cut off} */
    private Tensor padded(Tensor targets, Tensor lengths) {
        long most = Math.min(targets.numel(), frames);
        if (most == 0) {
            return Tensors.zeros(DType.INT64, examples, 0);
        }
        Tensor starts = lengths.cumsum(0).sub(lengths);
        Tensor places = starts.add(Tensors.arange(most)).clamp(0, targets.numel() - 1);
        return targets.indexSelect(0, places.reshape(-1)).reshape(examples, most);
    }

    Tensor gradient(Tensor g) {
        Tensor index = labels.unsqueeze(0).expand(frames, examples, states);
        Tensor lp = logProbs.gather(2, index).clampMin(LOG_ZERO);
        Tensor never = Tensors.full(LOG_ZERO, lp.dtype());
        Tensor valid = number.le(last);
        Tensor skips = skips();
        var forward = new ArrayList<Tensor>();
        Tensor starting = number.le(1).logicalAnd(valid);
        for (int t = 0; t < frames; t++) {
            Tensor here = lp.select(0, t);
            if (t == 0) {
                forward.add(here.where(starting, never));
                continue;
            }
            Tensor before = forward.getLast();
            Tensor leap = shifted(before, 2).where(skips, never);
            forward.add(sum(before, shifted(before, 1), leap).add(here).where(valid, never));
        }
        Tensor ending = number.eq(last).logicalOr(number.eq(last.sub(1)));
        long two = Math.min(2, states);
        Tensor skipsAhead = Tensors.pad(skips.to(DType.INT32), -two, two).toBool();
        var backward = new ArrayList<Tensor>();
        for (int t = (int) frames - 1; t >= 0; t--) {
            Tensor here = lp.select(0, t);
            Tensor end = here.where(ending, never);
            Tensor isEnd = inputLengths.eq(t + 1);
            if (backward.isEmpty()) {
                backward.add(end.where(isEnd, never));
                continue;
            }
            Tensor after = backward.getLast();
            Tensor leap = shifted(after, -2).where(skipsAhead, never);
            Tensor on = sum(after, shifted(after, -1), leap).add(here).where(valid, never);
            backward.add(end.where(isEnd, on));
        }
        Collections.reverse(backward);
        return posterior(lp, Tensors.stack(forward), Tensors.stack(backward), ending, index, g);
    }

    private Tensor posterior(Tensor lp, Tensor a, Tensor b, Tensor ending, Tensor index, Tensor g) {
        Tensor never = Tensors.full(LOG_ZERO, lp.dtype());
        Tensor frame = Tensors.arange(frames).reshape(frames, 1, 1);
        Tensor within = frame.lt(inputLengths.unsqueeze(0));
        Tensor final_ = frame.eq(inputLengths.unsqueeze(0).sub(1)).logicalAnd(ending.unsqueeze(0));
        Tensor total = a.where(final_, never).logsumexp(new int[] {0, 2}, KeepDim.KEEP_DIM);
        Tensor isPossible = total.gt(LOG_ZERO / 2);
        Tensor known = within.logicalAnd(isPossible);
        Tensor share = a.add(b).sub(lp).sub(total).where(known, never).exp();
        Tensor sums = Tensors.zeros(lp.dtype(), logProbs.shape().dims()).scatterAdd(2, index, share);
        Tensor grad = logProbs.exp().sub(sums).mul(g.unsqueeze(1)).where(within, 0);
        Tensor impossible =
                Tensors.full(loss.zeroInfinity() ? 0 : Double.NaN, lp.dtype()).where(within, Tensors.zeros(lp.dtype()));
        return grad.where(isPossible, impossible);
    }

    /** Whether a state may follow the second-last one: distinct labels do not need the blank between them. */
    private Tensor skips() {
        long two = Math.min(2, states);
        Tensor differs = labels.narrow(1, 0, states - two).ne(labels.narrow(1, two, states - two));
        return Tensors.pad(differs.to(DType.INT32), two, 0).toBool();
    }

    /** The states shifted up by {@code by}, or down if negative. */
    private Tensor shifted(Tensor x, long by) {
        long most = Math.clamp(Math.abs(by), 0, states);
        long[] pads = by > 0 ? new long[] {most, -most} : new long[] {-most, most};
        return Tensors.pad(x, pads, LOG_ZERO);
    }

    private static Tensor sum(Tensor... logs) {
        return Tensors.stack(Arrays.asList(logs)).logsumexp(0);
    }
}
