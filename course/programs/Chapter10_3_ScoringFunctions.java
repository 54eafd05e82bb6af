import module fathom;
import static fathom.Tensors.*;

/** The course's section 10.3, Attention Scoring Functions: softmax within lengths, additive and dot-product attention. */
void main() throws IOException {
    manualSeed(0);
    var weights = SequenceMask.softmax(rand(2, 2, 4), tensor(new long[] {2, 3}));
    IO.println(weights.ne(0));
    //> tensor([[[ True,  True, False, False],
    //>          [ True,  True, False, False]],
    //>         [[ True,  True,  True, False],
    //>          [ True,  True,  True, False]]])
    var each = SequenceMask.softmax(rand(2, 2, 4), tensor(new long[][] {{1, 3}, {2, 4}}));
    IO.println(each.ne(0).sum(2));
    //> tensor([[1, 3],
    //>         [2, 4]])

    // equal keys have equal weights: the result is the mean of the values within the length
    var keys = ones(2, 10, 2);
    var values = arange(40, FLOAT32).reshape(1, 10, 4).repeat(2, 1, 1);
    var lengths = tensor(new long[] {2, 6});
    var additive = new AdditiveAttention(20, 2, 8, 0.1);
    additive.eval();
    var a = additive.forward(randn(2, 1, 20), keys, values, lengths);
    IO.println(a.output().detach());
    //> tensor([[[ 2.0000,  3.0000,  4.0000,  5.0000]],
    //>         [[10.0000, 11.0000, 12.0000, 13.0000]]])
    var dot = new DotProductAttention(0.5);
    dot.eval();
    var queries = randn(2, 1, 2);
    var d = dot.forward(queries, keys, values, lengths);
    IO.println(d.output().allclose(a.output()));                                    //> true
    Plot.heatmaps(d.weights().unsqueeze(0), h -> h.xLabel("Keys").yLabel("Queries")).save("weights.svg");

    // the fused function computes the same, and keeps no weights
    var fused = scaledDotProductAttention(queries, keys, values, o -> o.lengths(lengths));
    IO.println(fused.allclose(d.output()));                                         //> true
}
