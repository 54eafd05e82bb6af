package fathom.interop.onnx.operators;

import fathom.Tensor;
import fathom.Tensors;
import fathom.interop.onnx.graph.Call;
import fathom.interop.onnx.operators.Recurrent.Direction;
import fathom.interop.onnx.operators.Recurrent.Kind;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A recurrent layer step by step, with all options of the operators. */
final class RecurrentSteps {
    private RecurrentSteps() {}

    /**
     * The states of one direction.
     *
     * @param outputs the hidden states of all steps, {@code [T, B, H]}
     * @param hidden the last hidden state, {@code [B, H]}
     * @param cell the last cell state; null if there is none
     */
    record Result(Tensor outputs, Tensor hidden, @Nullable Tensor cell) {}

    static Result run(Call c, Kind kind, List<String> names, int direction, Tensor x, Direction d) {
        long steps = x.size(0);
        int count = kind.activations.size();
        var f = new Activation[count];
        for (int i = 0; i < count; i++) {
            f[i] = activation(c, names.get(i), direction * count + i);
        }
        double clip = c.real("clip", 0);
        long rows = d.input().size(0);
        Tensor fromInput = Tensors.linear(x, d.input(), d.bias() == null ? null : d.bias().narrow(0, 0, rows));
        Tensor bias = d.bias() == null ? null : d.bias().narrow(0, rows, rows);
        Tensor lengths = c.has(4) ? c.tensor(4).toLong().reshape(-1, 1) : null;
        Tensor h = d.h();
        Tensor cell = d.cell();
        var outputs = new Tensor[(int) steps];
        for (int k = 0; k < steps; k++) {
            int t = d.reverse() ? (int) steps - 1 - k : k;
            Tensor gates = fromInput.select(0, t);
            Tensor nextCell = null;
            Tensor next;
            switch (kind) {
                case LSTM -> {
                    Tensor[] s =
                            lstm(
                                    c,
                                    f,
                                    clip,
                                    direction,
                                    gates.add(Tensors.linear(h, d.hidden(), bias)),
                                    Objects.requireNonNull(cell));
                    next = s[0];
                    nextCell = s[1];
                }
                case GRU -> next = gru(c, f, clip, gates, h, d.hidden(), bias);
                default -> next = f[0].of(clipped(gates.add(Tensors.linear(h, d.hidden(), bias)), clip));
            }
            if (lengths != null) {
                Tensor isAlive = lengths.gt(t);
                outputs[t] = Tensors.where(isAlive, next, 0);
                next = Tensors.where(isAlive, next, h);
                nextCell = nextCell == null ? null : Tensors.where(isAlive, nextCell, Objects.requireNonNull(cell));
            } else {
                outputs[t] = next;
            }
            h = next;
            cell = nextCell;
        }
        Tensor all = steps == 0 ? x.newZeros(0, x.size(1), h.size(-1)) : Tensors.stack(Arrays.asList(outputs), 0);
        return new Result(all, h, kind == Kind.LSTM ? cell : null);
    }

    private static Tensor clipped(Tensor x, double clip) {
        return clip > 0 ? x.clamp(-clip, clip) : x;
    }

    /** Gates i, o, f, c; peepholes of i, o, f. */
    private static Tensor[] lstm(Call c, Activation[] f, double clip, int direction, Tensor gates, Tensor cell) {
        long size = cell.size(-1);
        Tensor peepholes = c.has(7) ? c.tensor(7).select(0, direction) : null;
        Tensor i = gates.narrow(-1, 0, size);
        Tensor o = gates.narrow(-1, size, size);
        Tensor forget = gates.narrow(-1, 2 * size, size);
        Tensor candidate = f[1].of(clipped(gates.narrow(-1, 3 * size, size), clip));
        if (peepholes != null) {
            i = i.add(peepholes.narrow(0, 0, size).mul(cell));
            forget = forget.add(peepholes.narrow(0, 2 * size, size).mul(cell));
        }
        Tensor in = f[0].of(clipped(i, clip));
        Tensor kept = c.flag("input_forget", false) ? in.rsub(1) : f[0].of(clipped(forget, clip));
        Tensor next = kept.mul(cell).add(in.mul(candidate));
        if (peepholes != null) {
            o = o.add(peepholes.narrow(0, size, size).mul(next));
        }
        return new Tensor[] {f[0].of(clipped(o, clip)).mul(f[2].of(next)), next};
    }

    /** Gates z, r, h. */
    private static Tensor gru(
            Call c, Activation[] f, double clip, Tensor gates, Tensor h, Tensor hidden, @Nullable Tensor bias) {
        long size = h.size(-1);
        Tensor both =
                Tensors.linear(h, hidden.narrow(0, 0, 2 * size), bias == null ? null : bias.narrow(0, 0, 2 * size));
        Tensor z = f[0].of(clipped(gates.narrow(-1, 0, size).add(both.narrow(-1, 0, size)), clip));
        Tensor r = f[0].of(clipped(gates.narrow(-1, size, size).add(both.narrow(-1, size, size)), clip));
        Tensor weight = hidden.narrow(0, 2 * size, size);
        Tensor own = bias == null ? null : bias.narrow(0, 2 * size, size);
        Tensor back =
                c.flag("linear_before_reset", false)
                        ? r.mul(Tensors.linear(h, weight, own))
                        : Tensors.linear(r.mul(h), weight, own);
        Tensor n = f[1].of(clipped(gates.narrow(-1, 2 * size, size).add(back), clip));
        return n.add(z.mul(h.sub(n)));
    }

    /** An activation function. */
    private record Activation(UnaryOperator<Tensor> function) {
        Tensor of(Tensor x) {
            return function.apply(x);
        }
    }

    private static Activation activation(Call c, String name, int at) {
        double alpha = parameter(c, "activation_alpha", at);
        double beta = parameter(c, "activation_beta", at);
        UnaryOperator<Tensor> f =
                switch (name.toLowerCase(Locale.ROOT)) {
                    case "sigmoid" -> Tensor::sigmoid;
                    case "tanh" -> Tensor::tanh;
                    case "relu" -> Tensor::relu;
                    case "softsign" -> Tensor::softsign;
                    case "softplus" -> Tensor::softplus;
                    case "leakyrelu" -> x -> x.leakyRelu(or(alpha, 0.01));
                    case "elu" -> x -> x.elu(or(alpha, 1));
                    case "thresholdedrelu" -> x -> x.threshold(or(alpha, 1), 0);
                    case "hardsigmoid" -> x -> Activations.hardSigmoid(x, or(alpha, 0.2), or(beta, 0.5));
                    case "affine" -> x -> x.mul(or(alpha, 1)).add(or(beta, 0));
                    case "scaledtanh" -> x -> x.mul(or(beta, 1)).tanh().mul(or(alpha, 1));
                    default -> throw c.refuse("the activation " + name + " is not supported");
                };
        return new Activation(f);
    }

    private static double parameter(Call c, String name, int at) {
        double[] all = c.reals(name);
        return all == null || at >= all.length ? Double.NaN : all[at];
    }

    private static double or(double value, double otherwise) {
        return Double.isNaN(value) ? otherwise : value;
    }
}
