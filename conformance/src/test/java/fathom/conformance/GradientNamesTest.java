package fathom.conformance;

import static fathom.Tensors.FLOAT64;
import static fathom.Tensors.cat;
import static fathom.Tensors.ones;
import static fathom.Tensors.tensor;
import static fathom.Tensors.where;
import static org.assertj.core.api.Assertions.assertThat;

import fathom.AutogradFunction;
import fathom.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The names of gradients that printed tensors show are PyTorch's. */
class GradientNamesTest {
    private static String name(Tensor t) {
        String text = t.toString();
        int from = text.indexOf("grad_fn=<");
        return text.substring(from + "grad_fn=<".length(), text.indexOf('>', from));
    }

    @Test
    void namesArePyTorchs() {
        Tensor x = ones(3, 3).requiresGrad_();
        Tensor y = ones(3, 3).mul(2);
        var names = new LinkedHashMap<String, Supplier<Tensor>>();
        names.put("AddBackward0", () -> x.add(y));
        names.put("SubBackward0", () -> x.sub(y));
        names.put("MulBackward0", () -> x.mul(y));
        names.put("DivBackward0", () -> x.div(y));
        names.put("NegBackward0", x::neg);
        names.put("ExpBackward0", x::exp);
        names.put("LogBackward0", x::log);
        names.put("SqrtBackward0", x::sqrt);
        names.put("SinBackward0", x::sin);
        names.put("TanhBackward0", x::tanh);
        names.put("SigmoidBackward0", x::sigmoid);
        names.put("ReluBackward0", x::relu);
        names.put("AbsBackward0", x::abs);
        names.put("MaximumBackward0", () -> x.maximum(y));
        names.put("WhereBackward0", () -> where(y.gt(0), x, y));
        names.put("CloneBackward0", x::clone);
        names.put("ToCopyBackward0", () -> x.to(FLOAT64));
        names.put("SumBackward0", x::sum);
        names.put("MeanBackward0", x::mean);
        names.put("ProdBackward0", x::prod);
        names.put("AmaxBackward0", x::amax);
        names.put("AminBackward0", () -> x.amin(0));
        names.put("CumsumBackward0", () -> x.cumsum(0));
        names.put("MmBackward0", () -> x.mm(y));
        names.put("ViewBackward0", () -> x.reshape(9));
        names.put("PermuteBackward0", () -> x.permute(1, 0));
        names.put("ExpandBackward0", () -> x.expand(2, 3, 3));
        names.put("SelectBackward0", () -> x.select(0, 1));
        names.put("SliceBackward0", () -> x.get("0:2"));
        names.put("CatBackward0", () -> cat(List.of(x, y), 0));
        names.put("IndexSelectBackward0", () -> x.indexSelect(0, tensor(0L, 1L)));
        names.put("SoftmaxBackward0", () -> x.softmax(1));
        names.put("LogSoftmaxBackward0", () -> x.logSoftmax(1));
        names.forEach((name, result) -> assertThat(name(result.get())).isEqualTo(name));
    }

    private static final class Twice extends AutogradFunction {
        @Override
        protected Tensor forward(Context c, Tensor x) {
            return x.mul(2);
        }

        @Override
        protected @Nullable Tensor[] backward(Context c, Tensor... gradients) {
            return new @Nullable Tensor[] {gradients[0].mul(2)};
        }
    }

    @Test
    void functionsOfUsersHaveTheirClassesNames() {
        assertThat(name(new Twice().apply(ones(1).requiresGrad_()))).isEqualTo("TwiceBackward");
    }
}
