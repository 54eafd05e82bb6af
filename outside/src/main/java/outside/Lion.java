package outside;

import fathom.Tensor;
import fathom.ir.Expr;
import fathom.ir.Exprs;
import fathom.ir.UnaryOp;
import fathom.optim.FusedOptimizer;
import fathom.optim.ParameterGroup;
import fathom.optim.UpdateRule;
import java.util.Collection;
import java.util.List;

/** Lion (Chen et al., 2023): one fused kernel over all parameters. */
final class Lion extends FusedOptimizer {
    Lion(Collection<Tensor> parameters, double lr) {
        super(one(parameters), new Options().lr(lr).number("beta1", 0.9).number("beta2", 0.99));
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
