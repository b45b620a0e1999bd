//! Three equations with three unknowns, some of which may be fixed: all that the fit of three parameters needs.

/// Rows of a 3×3 matrix.
pub(super) type Matrix = [[f64; 3]; 3];

/// The solution of `a · x = b` in the unknowns that are `free`; the others are zero. None where there is no single one.
pub(super) fn solve(a: &Matrix, b: &[f64; 3], free: [bool; 3]) -> Option<[f64; 3]> {
    let (mut a, mut b) = (masked(a, free), [0, 1, 2].map(|i| if free[i] { b[i] } else { 0.0 }));
    for column in 0..3 {
        let pivot =
            (column..3).max_by(|i, j| a[*i][column].abs().total_cmp(&a[*j][column].abs())).unwrap_or(column);
        if a[pivot][column] == 0.0 || !a[pivot][column].is_finite() {
            return None;
        }
        a.swap(column, pivot);
        b.swap(column, pivot);
        for row in column + 1..3 {
            let factor = a[row][column] / a[column][column];
            let above = a[column];
            for (cell, upper) in a[row].iter_mut().zip(above).skip(column) {
                *cell -= factor * upper;
            }
            b[row] -= factor * b[column];
        }
    }
    let mut x = [0.0; 3];
    for row in (0..3).rev() {
        let known: f64 = (row + 1..3).map(|column| a[row][column] * x[column]).sum();
        x[row] = (b[row] - known) / a[row][row];
    }
    x.iter().all(|v| v.is_finite()).then_some(x)
}

/// The diagonal of the inverse in the unknowns that are `free`; zero for the others. The matrix is scaled first, for the
/// parameters of a fit differ by orders of magnitude.
pub(super) fn inverse_diagonal(a: &Matrix, free: [bool; 3]) -> Option<[f64; 3]> {
    let scale = [0, 1, 2].map(|i| if a[i][i] > 0.0 { a[i][i].sqrt() } else { 1.0 });
    let scaled = [0, 1, 2].map(|i| [0, 1, 2].map(|j| a[i][j] / (scale[i] * scale[j])));
    let mut diagonal = [0.0; 3];
    for i in (0..3).filter(|i| free[*i]) {
        let mut unit = [0.0; 3];
        unit[i] = 1.0;
        diagonal[i] = solve(&scaled, &unit, free)?[i] / (scale[i] * scale[i]);
    }
    Some(diagonal)
}

/// The same with rows and columns of what is fixed replaced by those of the identity.
fn masked(a: &Matrix, free: [bool; 3]) -> Matrix {
    [0, 1, 2].map(|i| {
        [0, 1, 2].map(|j| match (free[i] && free[j], i == j) {
            (true, _) => a[i][j],
            (false, same) => f64::from(u8::from(same)),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equations_are_solved_in_what_is_free() {
        let a = [[2.0, 1.0, 0.0], [1.0, 3.0, 1.0], [0.0, 1.0, 4.0]];
        let x = solve(&a, &[4.0, 10.0, 14.0], [true; 3]).unwrap();
        for (found, wanted) in x.iter().zip([1.0, 2.0, 3.0]) {
            assert!((found - wanted).abs() < 1e-12, "{x:?}");
        }
        let x = solve(&a, &[4.0, 10.0, 8.0], [true, false, true]).unwrap();
        assert!(x.iter().zip([2.0, 0.0, 2.0]).all(|(a, b)| (a - b).abs() < 1e-12), "{x:?}");
        assert_eq!(solve(&[[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0; 3]], &[1.0; 3], [true; 3]), None);
        assert_eq!(solve(&[[f64::NAN; 3]; 3], &[1.0; 3], [true; 3]), None);
    }

    #[test]
    fn the_inverse_is_right_over_orders_of_magnitude() {
        let a = [[4e8, 0.0, 0.0], [0.0, 2e-6, 0.0], [0.0, 0.0, 5.0]];
        let diagonal = inverse_diagonal(&a, [true; 3]).unwrap();
        for (found, wanted) in diagonal.iter().zip([2.5e-9, 5e5, 0.2]) {
            assert!((found / wanted - 1.0).abs() < 1e-12, "{diagonal:?}");
        }
    }
}
