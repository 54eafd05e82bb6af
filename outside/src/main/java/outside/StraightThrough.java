package outside;

import fathom.AutogradFunction;
import fathom.Tensor;

/** Rounds to hundredths forward, passes the gradient on backward. */
final class StraightThrough extends AutogradFunction {
    @Override
    protected Tensor forward(Context c, Tensor x) {
        return x.mul(100).round().div(100);
    }

    @Override
    protected Tensor backward(Context c, Tensor gradient) {
        return gradient;
    }
}
