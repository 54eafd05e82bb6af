import module fathom;
import static fathom.Tensors.*;

/** The course's section 10.5, Multi-Head Attention: heads by reshaping, and the layer, which gives the same. */
final int HIDDEN = 100;
final int HEADS = 5;

/** {@code [N, L, E]} to {@code [N H, L, E / H]}. */
Tensor split(Tensor x) {
    return x.reshape(x.size(0), x.size(1), HEADS, -1).permute(0, 2, 1, 3).reshape(-1, x.size(1), HIDDEN / HEADS);
}

void main() {
    manualSeed(0);
    var layer = new MultiheadAttention(HIDDEN, HEADS, o -> o.bias(false).batchFirst(true));
    var x = randn(2, 4, HIDDEN);
    var y = randn(2, 6, HIDDEN);
    var lengths = tensor(new long[] {3, 2});

    var w = layer.inProjWeight.chunk(3);
    var heads = new DotProductAttention(0)
            .forward(
                    split(linear(x, w.get(0), null)),
                    split(linear(y, w.get(1), null)),
                    split(linear(y, w.get(2), null)),
                    lengths.repeatInterleave(HEADS));
    var joined = heads.output().reshape(2, HEADS, 4, -1).permute(0, 2, 1, 3).reshape(2, 4, HIDDEN);
    var byHand = layer.outProj.forward(joined);
    IO.println(byHand.shape());                                                     //> [2, 4, 100]

    var out = layer.forward(x, y, y, c -> c.keyLengths(lengths).averageAttnWeights(false));
    IO.println(out.output().allclose(byHand, 1e-4, 1e-5));                          //> true
    IO.println(out.weights().shape());                                              //> [2, 5, 4, 6]
}
