import module fathom;
import static fathom.Tensors.*;

/** The course's section 8.4, Recurrent Neural Networks: X W_xh + H W_hh is the product of both, concatenated. */
void main() {
    manualSeed(0);
    var x = randn(3, 1);
    var wxh = randn(1, 4);
    var h = randn(3, 4);
    var whh = randn(4, 4);
    var sum = x.matmul(wxh).add(h.matmul(whh));
    IO.println(sum.shape());                                    //> [3, 4]
    var one = cat(List.of(x, h), 1).matmul(cat(List.of(wxh, whh), 0));
    IO.println(sum.allclose(one, 1e-4, 1e-5));                  //> true

    // one step of a recurrent network is that, its biases, and tanh
    var cell = new RNNCell(1, 4);
    var next = x.matmul(cell.weightIh.t()).add(cell.biasIh).add(h.matmul(cell.weightHh.t())).add(cell.biasHh).tanh();
    IO.println(cell.forward(x, h).allclose(next, 1e-4, 1e-5));  //> true

    // the exponential of the mean cross-entropy is the perplexity: the number of tokens for a model that knows nothing
    IO.println(Math.round(Math.exp(crossEntropy(zeros(5, 28), arange(5)).item())));     //> 28
}
