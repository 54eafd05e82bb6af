package outside;

import fathom.Tensor;
import fathom.ir.Expr;
import fathom.optim.FusedOptimizer;
import fathom.optim.ParameterGroup;
import fathom.optim.UpdateRule;
import java.util.Collection;
import java.util.List;

/** The Lion optimiser (Chen et al., 2023) as one fused kernel over all parameters. */
final class Lion extends FusedOptimizer {
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
        Expr direction = mean(b.scalar("beta1"), m, g).sign();
        b.set("momentum", mean(b.scalar("beta2"), m, g));
        return b.parameter().sub(b.scalar("lr").mul(direction));
    }

    private static Expr mean(Expr beta, Expr m, Expr g) {
        return beta.mul(m.sub(g)).add(g);
    }
}
