package fathom.optim;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.Captured;
import fathom.Tensor;
import fathom.Tensors;
import fathom.ir.Expr;
import fathom.ir.Exprs;
import fathom.ir.UnaryOp;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** A fused update rule that is not of this library. */
class OwnRuleTest {
    /** Lion (Chen et al., 2023). */
    private static final class Lion extends FusedOptimizer {
        Lion(Collection<Tensor> parameters, double lr) {
            super(singleGroup(parameters), new Options().lr(lr).number("beta1", 0.9).number("beta2", 0.99));
        }

        @Override
        protected List<String> stateNames(ParameterGroup group) {
            return List.of("momentum");
        }

        @Override
        protected Expr update(UpdateRule.Builder b, ParameterGroup group) {
            Expr g = b.gradient();
            Expr m = b.state("momentum");
            Expr direction = Exprs.unary(UnaryOp.SIGN, mean(b.scalar("beta1"), m, g));
            b.set("momentum", mean(b.scalar("beta2"), m, g));
            return Exprs.sub(b.parameter(), Exprs.mul(b.scalar("lr"), direction));
        }

        private static Expr mean(Expr beta, Expr m, Expr g) {
            return Exprs.add(Exprs.mul(beta, Exprs.sub(m, g)), g);
        }
    }

    private static Supplier<Tensor> step(Tensor w, Tensor x, Optimizer opt) {
        return () -> {
            opt.zeroGrad();
            Tensor loss = x.matmul(w).square().mean();
            loss.backward();
            opt.step();
            return loss.detach();
        };
    }

    @Test
    void followsItsFormula() {
        Tensor w = Tensors.tensor(1.0, -2).requiresGrad_();
        var opt = new Lion(List.of(w), 0.1);
        double[] m = {0, 0};
        double[] p = {1, -2};
        double[][] gradients = {{0.5, -0.25}, {-0.001, 0.75}, {-2, 0}};
        for (double[] g : gradients) {
            w.setGrad(Tensors.tensor(g));
            opt.step();
            for (int i = 0; i < 2; i++) {
                p[i] -= 0.1 * Math.signum(0.9 * (m[i] - g[i]) + g[i]);
                m[i] = 0.99 * (m[i] - g[i]) + g[i];
            }
        }
        assertThat(w.detach().select(0, 0).item()).isCloseTo(p[0], org.assertj.core.data.Offset.offset(1e-6));
        assertThat(w.detach().select(0, 1).item()).isCloseTo(p[1], org.assertj.core.data.Offset.offset(1e-6));
    }

    @Test
    void capturedStepsGiveTheBitsOfEagerOnes() {
        Tensor x = Tensors.randn(16, 8);
        Tensor w = Tensors.randn(8, 4).requiresGrad_();
        Tensor v = w.detach().clone().requiresGrad_();
        var opt = new Lion(List.of(w), 0.01);
        var eager = new Lion(List.of(v), 0.01);
        var captured = Captured.of(step(w, x, opt));
        Supplier<Tensor> plain = step(v, x, eager);
        for (int i = 0; i < 12; i++) {
            if (i == 8) {
                opt.groups().getFirst().setLr(0.001);
                eager.groups().getFirst().setLr(0.001);
            }
            assertThat(captured.call().equal(plain.get())).isTrue();
            assertThat(w.detach().equal(v.detach())).isTrue();
        }
        assertThat(captured.eagerReason()).isNull();
    }
}
