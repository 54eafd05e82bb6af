package fathom.interop.onnx.operators;

import fathom.Tensor;
import fathom.Tensors;
import fathom.interop.onnx.graph.Call;
import fathom.interop.onnx.graph.Value;

/** Matrix products. */
final class Products {
    private Products() {}

    static void addTo(OperatorTable table) {
        table.add("MatMul", c -> Value.of(c.tensor(0).matmul(c.tensor(1)))).weights(0, 1);
        table.add("Gemm", Products::gemm).weights(0, 1, 2);
        table.add("Einsum", Products::einsum).weights(0, 1, 2, 3);
        table.unary("Det", Tensor::det);
    }

    /** alpha A B + beta C, with the matrices transposed on request. */
    private static Value[] gemm(Call c) {
        Tensor a = c.tensor(0);
        Tensor b = c.tensor(1);
        Tensor bias = c.optional(2);
        double alpha = c.real("alpha", 1);
        double beta = c.real("beta", 1);
        Tensor left = c.flag("transA", false) ? a.t() : a;
        // a transposed right matrix is what linear layers store; they add one-dimensional biases
        if (alpha == 1 && beta == 1 && c.flag("transB", false) && (bias == null || bias.dim() == 1)) {
            return Value.of(
                    Tensors.linear(left, b, bias == null || bias.size(0) == b.size(0) ? bias : bias.expand(b.size(0))));
        }
        Tensor product = left.matmul(c.flag("transB", false) ? b.t() : b);
        Tensor scaled = alpha == 1 ? product : product.mul(alpha);
        return Value.of(bias == null ? scaled : scaled.add(beta == 1 ? bias : bias.mul(beta)));
    }

    private static Value[] einsum(Call c) {
        var operands = new Tensor[c.inputs()];
        for (int i = 0; i < operands.length; i++) {
            operands[i] = c.tensor(i);
        }
        return Value.of(Tensors.einsum(c.text("equation", ""), operands));
    }
}
